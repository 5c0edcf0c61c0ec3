"""The live mirror of one Engine; knows no kinds and no Textual."""
