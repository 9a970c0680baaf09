-- A name on television and its three letters belong to one person.

select
    broadcast_name,
    name_acronym,
    count(distinct driver_id) as persons
from silver_clean.silver_drivers
where name_acronym is not null
group by broadcast_name, name_acronym
having count(distinct driver_id) > 1
