"""Full runs as jobs: queued, watched, cancelled, resumed, kept, compared and handed on."""
