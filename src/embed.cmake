# Writes a C++ table of files that the program carries along, for cli/embedded.hpp.
#     cmake -D OUTPUT=FILE.cpp -D FILES=A|B|C -P embed.cmake
string(REPLACE "|" ";" files "${FILES}")
set(entries "")
set(texts "")
set(number 0)
foreach(path IN LISTS files)
    cmake_path(GET path FILENAME name)
    file(READ "${path}" hex HEX)
    string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${hex}")
    string(REGEX REPLACE "((0x..,){16})" "\\1\n    " bytes "${bytes}")
    string(APPEND texts "constexpr unsigned char text_${number}[] = {\n    ${bytes}0x00};\n\n")
    string(APPEND entries "    file(\"${name}\", text_${number}),\n")
    math(EXPR number "${number} + 1")
endforeach()
file(WRITE "${OUTPUT}" "// Written by src/embed.cmake from files of the source tree.
#include \"cli/embedded.hpp\"

#include <array>

namespace pveform::cli {

namespace {

${texts}template<std::size_t size>
EmbeddedFile file(std::string_view name, const unsigned char (&text)[size]) {
    return {name, std::string_view(reinterpret_cast<const char*>(text), size - 1)};
}

const std::array files = {
${entries}};

} // namespace

std::span<const EmbeddedFile> embedded_files() {
    return files;
}

} // namespace pveform::cli
")
