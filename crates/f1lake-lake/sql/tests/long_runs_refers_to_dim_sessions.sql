select child.*
from gold_analytics.long_runs as child
left join (
    select distinct session_key
    from gold_analytics.dim_sessions
) as parent
    on
        child.session_key = parent.session_key

where
    parent.session_key is null
    and child.session_key is not null
