select child.*
from silver_clean.silver_championship_teams as child
left join (
    select distinct session_key
    from silver_clean.silver_sessions
) as parent
    on
        child.session_key = parent.session_key

where
    parent.session_key is null
    and child.session_key is not null
