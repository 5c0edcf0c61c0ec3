"""Everything that speaks to an Engine; asyncio only, no Textual."""
