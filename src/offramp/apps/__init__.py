"""How people reach Offramp: the command line, later a web page; thin, without logic."""
