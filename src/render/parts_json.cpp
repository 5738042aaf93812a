#include "render/parts_json.hpp"

#include "render/policy.hpp"

namespace pveform::render {

json::Value selectors_value(const std::vector<plan::Selector>& selectors) {
    json::Array texts;
    for (const plan::Selector& selector : selectors) {
        texts.emplace_back(selector.text());
    }
    return texts;
}

json::Value text_or_null(const std::string& text) {
    return text.empty() ? json::Value() : json::Value(text);
}

json::Value part_value(const std::optional<plan::Part>& part) {
    if (!part) {
        return {};
    }
    return json::Object{
        {"targets", selectors_value(part->selection.targets)},
        {"excludes", selectors_value(part->selection.excludes)},
        {"changes_left_out", static_cast<std::int64_t>(part->left_out)},
    };
}

json::Value notices_value(const std::vector<plan::Notice>& list) {
    json::Array notices;
    for (const plan::Notice& notice : list) {
        notices.push_back(json::Object{
            {"message", notice.message},
            {"source", source_value(notice.span)},
        });
    }
    return notices;
}

json::Value blocks_value(const std::vector<plan::Block>& list) {
    json::Array blocks;
    for (const plan::Block& block : list) {
        blocks.push_back(json::Object{
            {"guard", block.guard},
            {"message", block.message},
            {"help", block.help},
            {"source", source_value(block.span)},
        });
    }
    return blocks;
}

json::Value paths_value(const std::set<AclPath>& paths) {
    json::Array texts;
    for (const AclPath& path : paths) {
        texts.emplace_back(path.text);
    }
    return texts;
}

json::Value objects_value(const std::vector<ObjectKey>& keys) {
    json::Array objects;
    for (const ObjectKey& key : keys) {
        objects.push_back(json::Object{{"kind", to_string(kind_of(key))}, {"id", name_of(key)}});
    }
    return objects;
}

} // namespace pveform::render
