"""The model of the demo host: objects, what can be done to them, and how they live. No HTTP here."""
