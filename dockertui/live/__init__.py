"""The live mirror of one Engine; independent of the kinds and of Textual."""
