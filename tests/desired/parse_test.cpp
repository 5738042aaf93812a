#include "desired/reading.hpp"

using namespace pveform;
using namespace pveform::test;

TEST_CASE("probe", "[desired]") {
    WARN(complaints("userz: {}\nusers:\n  a@pve:\n    comment: 12\n    expire: 0\n"));
}
