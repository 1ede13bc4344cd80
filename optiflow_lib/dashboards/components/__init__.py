"""Parts of pages: frames and callbacks in, HTML or a widget out; they open no database and read no file of a night."""
