// Finds the method that a request means.
// Mirrors pve-common: src/PVE/RESTHandler.pm (map_path_to_methods).
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "simulator/method.hpp"

namespace pveform::simulator {

class Router {
public:
    explicit Router(std::vector<Method> methods);
    Router(Router&&) noexcept;
    Router& operator=(Router&&) noexcept;
    ~Router();

    struct Match {
        const Method* method = nullptr; // null where there is no such path or method
        Parameters parameters;          // those in the path
    };

    [[nodiscard]] Match find(std::string_view verb, std::string_view path) const;

private:
    struct Node;
    std::vector<Method> methods_;
    std::unique_ptr<Node> root_;
};

} // namespace pveform::simulator
