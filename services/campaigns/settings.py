"""How a campaign's job runs; what it sends stands in its Chatbot."""

from prosa.settings import RecordsSettings


class CampaignsSettings(RecordsSettings):
    """The job's settings: those of every component with records, and no more."""
