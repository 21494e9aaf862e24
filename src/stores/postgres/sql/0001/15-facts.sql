-- What every step of a call is told: see ../README.md.
create type call_facts as (moment bigint, letters_max integer, queues integer[]);
