# jpki-card-sim and the stand-in libpcsclite it runs programs over.
