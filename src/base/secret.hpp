// A value that must not be seen: passwords, token secrets, tickets.
#pragma once

#include <cstddef>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>

namespace pveform {

/// Owns secret bytes: cannot be copied, printed, formatted or compared, and wipes itself. (A
/// `std::string` would leave its bytes behind when it is moved from or grows.)
class Secret {
public:
    Secret() = default;
    explicit Secret(std::string_view bytes);
    Secret(Secret&& other) noexcept;
    Secret& operator=(Secret&& other) noexcept;
    Secret(const Secret&) = delete;
    Secret& operator=(const Secret&) = delete;
    ~Secret();

    /// Takes the bytes of a string and wipes the string.
    [[nodiscard]] static Secret take(std::string&& text);

    /// Joins parts, some of them secret, without leaving a copy anywhere else.
    [[nodiscard]] static Secret joined(std::initializer_list<std::string_view> parts);

    [[nodiscard]] Secret clone() const { return Secret(reveal()); }

    [[nodiscard]] bool empty() const { return size_ == 0; }

    [[nodiscard]] std::size_t size() const { return size_; }

    /// The bytes, for the one call that cannot do without. NUL-terminated, unless empty.
    [[nodiscard]] std::string_view reveal() const { return {bytes_.get(), size_}; }

private:
    void wipe() noexcept;

    std::unique_ptr<char[]> bytes_;
    std::size_t size_ = 0;
};

/// Overwrites a string's bytes (its whole capacity) and empties it.
void wipe(std::string& text) noexcept;

/// `text += more`, but leaves no copy behind where the text has to move to grow.
void append_wiping(std::string& text, std::string_view more);

} // namespace pveform
