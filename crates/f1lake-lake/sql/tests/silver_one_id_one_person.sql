-- One identity never covers two family names.
select
    driver_id,
    count(distinct translate(
        lower(last_name),
        'àáâãäåçèéêëìíîïñòóôõöøùúûüýÿčćđěğłńřşšťůžźż',
        'aaaaaaceeeeiiiinoooooouuuuyyccdeglnrsstuzzz'
    )) as family_names
from silver_clean.silver_drivers
group by driver_id
having count(distinct translate(
        lower(last_name),
        'àáâãäåçèéêëìíîïñòóôõöøùúûüýÿčćđěğłńřşšťůžźż',
        'aaaaaaceeeeiiiinoooooouuuuyyccdeglnrsstuzzz'
    )) > 1
