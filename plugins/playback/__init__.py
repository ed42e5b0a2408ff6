"""Playback of model results: sampling, envelopes, arrival and duration."""
