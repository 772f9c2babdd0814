-- Let go of what only the screens needed.
--
-- Makes   nothing: drops their temporary relations; red_flag, red_flag_row and red_flag_exposure stay
drop view if exists screen_posting;
drop view if exists screen_book;
drop table if exists screen_left_out;
drop table if exists screen_typical;
drop table if exists screen_matched;
drop table if exists screen_covered;
drop table if exists screen_common;
drop table if exists screen_given;
drop table if exists screen_unbacked;
drop table if exists screen_trip;
drop table if exists screen_credited_trip;
drop table if exists screen_step;
drop table if exists screen_place;
drop table if exists screen_woken;
drop table if exists screen_numbered;
drop table if exists screen_beginning;
drop table if exists screen_alike;
drop table if exists screen_unfunded;
drop table if exists screen_odd;
drop table if exists screen_late;
drop table if exists screen_fiction;
drop table if exists screen_judged;
drop table if exists screen_reason;
drop table if exists screen_kind;
drop table if exists screen_ranked;
drop table if exists screen_found;
drop table if exists screen_found_row;
