-- One identity never covers two family names.
select
    driver_id,
    count(distinct {{ plain_text('last_name') }}) as family_names
from {{ ref('silver_drivers') }}
group by driver_id
having count(distinct {{ plain_text('last_name') }}) > 1
