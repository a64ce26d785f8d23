"""vocu: the shared core of an open virtual operational coordination unit. Values in, values out, no I/O."""
