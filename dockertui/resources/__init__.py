"""The kinds of objects, one file each: columns, filter terms, page, references."""
