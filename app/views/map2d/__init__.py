"""The two-dimensional map: compiled drawing kernels, painters and the canvas."""
