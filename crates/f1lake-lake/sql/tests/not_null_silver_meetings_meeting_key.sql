select meeting_key
from silver_clean.silver_meetings
where meeting_key is null
