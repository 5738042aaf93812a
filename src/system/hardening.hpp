// What a process that holds secrets does first.
#pragma once

namespace pveform {

/// No connection takes the number of a standard stream that whoever started us had closed: what is
/// said on the stream would be written into it. Standard input is at its end then, standard output
/// refuses what is written, and standard error swallows it, also that of the programs that we
/// start: a command that cannot complain has stored its secret all the same. Ends the process with
/// exit code 1 where that is not to be had.
void open_standard_streams();

/// No core dump of this process, nor of the programs that it starts, is written; and no other
/// process of this user can read its memory.
void keep_memory_private();

/// Writing to a closed pipe (`pveform apply | head`) or beyond a limit on the size of files is an
/// error like others, not the end of the process in the middle of an apply. The programs that it
/// starts are as ever.
void make_failed_writes_errors();

} // namespace pveform
