# Documentation that is installed or shipped.
dist_man_MANS += doc/jpki-card-sim.1
