with child as (
    select meeting_key as from_field
    from silver_clean.silver_sessions
    where meeting_key is not null
),

parent as (
    select meeting_key as to_field
    from silver_clean.silver_meetings
)

select
    from_field

from child
left join parent
    on child.from_field = parent.to_field

where parent.to_field is null
