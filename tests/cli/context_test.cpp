// What a command comes to when something ends it that it did not see coming.

#include "cli/context.hpp"

#include <stdexcept>

#include "catch.hpp"
#include "cli/world.hpp"

using namespace pveform;       // NOLINT: a test's own small world
using namespace pveform::test; // NOLINT

namespace {

bool says(const World& world, const char* words) {
    return world.err.str().find(words) != std::string::npos;
}

} // namespace

TEST_CASE("an exception before the first write changed nothing", "[cli]") {
    World world;
    CHECK(world.context.broken_off(std::runtime_error("lost")) == cli::ExitCode::failed);
    CHECK(says(world, "internal error: lost"));
    CHECK(says(world, "nothing was changed"));
}

TEST_CASE("an exception once writes began does not say that nothing was changed", "[cli]") {
    World world;
    world.context.may_have_written = true;
    CHECK(world.context.broken_off(std::runtime_error("lost")) == cli::ExitCode::partly_applied);
    CHECK(says(world, "internal error: lost"));
    CHECK(says(world, "the cluster may have been changed"));
    CHECK_FALSE(says(world, "nothing was changed"));
}

TEST_CASE("the exit code outlives even a report that cannot be made", "[cli]") {
    World world;
    world.context.may_have_written = true;
    world.err.exceptions(std::ios::badbit);
    world.out.exceptions(std::ios::badbit);
    CHECK_THROWS_AS(world.out.setstate(std::ios::badbit), std::ios::failure);
    CHECK(world.context.broken_off(std::bad_alloc()) == cli::ExitCode::partly_applied);
}

TEST_CASE("who only shows something says nothing when its reader has seen enough", "[cli]") {
    World world;
    CHECK(world.context.without_output() == cli::ExitCode::failed);
    CHECK(says(world, "the output could not be written"));
    world.err.str("");
    world.terminal.lost_reader = true;
    CHECK(world.context.without_output() == cli::ExitCode::failed);
    CHECK(world.err.str().empty());
}

TEST_CASE("who may write says that its output is lost, whoever read it", "[cli]") {
    World world;
    world.terminal.lost_reader = true;
    world.context.may_write = true;
    CHECK(world.context.without_output() == cli::ExitCode::failed);
    CHECK(says(world, "nothing was changed"));
    world.context.may_have_written = true;
    CHECK(world.context.without_output() == cli::ExitCode::partly_applied);
    CHECK(says(world, "the cluster was changed all the same"));
}
