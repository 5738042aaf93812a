// What a process that holds secrets does first.
#pragma once

namespace pveform {

/// No core dump of this process, nor of the programs that it starts, is written; and no other
/// process of this user can read its memory.
void keep_memory_private();

/// Writing to a closed pipe (`pveform apply | head`) or beyond a limit on the size of files is an
/// error like others, not the end of the process in the middle of an apply. The programs that it
/// starts are as ever.
void make_failed_writes_errors();

} // namespace pveform
