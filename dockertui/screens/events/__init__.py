"""The events of the Engine: the live list, a tab of an object, one event, saving them."""
