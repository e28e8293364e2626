"""Where sources come from: one file per provider, each read only when one of its sources is."""
