"""The main screen: its panes, the detail beside them, its bars."""
