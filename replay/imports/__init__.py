"""Public data sets as captures. Each importer is a file here and a line in `registry`. docs/imports.md."""
