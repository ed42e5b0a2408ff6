"""One suite for each promise: every source, layer, painter, tool and plugin must keep it."""
