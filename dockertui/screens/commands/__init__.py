"""Running commands: menus, forms, questions, jobs and reports."""
