"""Making the encoder know young people's messages; run by hand, its result is shipped as `weights/`."""
