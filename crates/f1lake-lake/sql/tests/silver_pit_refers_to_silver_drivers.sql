select child.*
from silver_clean.silver_pit as child
left join (
    select distinct session_key, driver_number
    from silver_clean.silver_drivers
) as parent
    on
        child.session_key = parent.session_key
        and child.driver_number = parent.driver_number

where
    parent.session_key is null
    and child.session_key is not null
    and child.driver_number is not null
