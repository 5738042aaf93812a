#include "render/parts_json.hpp"

#include "render/policy.hpp"

namespace pveform::render {

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

json::Value objects_value(const std::vector<plan::ObjectKey>& keys) {
    json::Array objects;
    for (const plan::ObjectKey& key : keys) {
        objects.push_back(json::Object{{"kind", plan::kind_of(key)}, {"id", plan::name_of(key)}});
    }
    return objects;
}

} // namespace pveform::render
