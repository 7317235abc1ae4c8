#include "stream/combine.h"

#include "base/panic.h"

static void check_same_size(const struct rt_stream *one,
                            const struct rt_stream *other)
{
    if (one->item_size != other->item_size) {
        rt_panic("stream-item-size",
                 "one stream has items of %zu bytes, the other of %zu",
                 one->item_size, other->item_size);
    }
}

/* ---- two streams ---- */

static int chain_poll(struct rt_stream *stream, struct rt_context *cx,
                      void *item)
{
    struct rt_stream_pair *self = RT_STREAM_SELF(stream, struct rt_stream_pair);
    int got = rt_stream_poll(self->sides[0].stream, cx, item);

    return got == RT_STREAM_END
               ? rt_stream_poll(self->sides[1].stream, cx, item)
               : got;
}

static int merge_poll(struct rt_stream *stream, struct rt_context *cx,
                      void *item)
{
    struct rt_stream_pair *self = RT_STREAM_SELF(stream, struct rt_stream_pair);
    int nothing = RT_STREAM_END;

    for (int i = 0; i < 2; i++) {
        int got = rt_stream_poll(self->sides[self->turn].stream, cx, item);

        self->turn = 1 - self->turn;
        if (got == RT_STREAM_PENDING) {
            nothing = RT_STREAM_PENDING;
        } else if (got != RT_STREAM_END) {
            return got;
        }
    }
    return nothing;
}

/* Both are polled, so that both get on with their next item. */
static int zip_poll(struct rt_stream *stream, struct rt_context *cx, void *item)
{
    struct rt_stream_pair *self = RT_STREAM_SELF(stream, struct rt_stream_pair);
    struct rt_stream_side *left = &self->sides[0];
    struct rt_stream_side *right = &self->sides[1];

    for (struct rt_stream_side *side = left; side <= right; side++) {
        int got = side->has_item
                      ? RT_STREAM_ITEM
                      : rt_stream_poll(side->stream, cx, &side->item);

        if (got != RT_STREAM_ITEM && got != RT_STREAM_PENDING) {
            return got;
        }
        side->has_item = got == RT_STREAM_ITEM;
    }
    if (!left->has_item || !right->has_item) {
        return RT_STREAM_PENDING;
    }
    left->has_item = false;
    right->has_item = false;
    *(struct rt_zipped *)item = (struct rt_zipped){&left->item, &right->item};
    return RT_STREAM_ITEM;
}

static void pair_drop(struct rt_stream *stream)
{
    struct rt_stream_pair *self = RT_STREAM_SELF(stream, struct rt_stream_pair);

    rt_stream_drop(self->sides[0].stream);
    rt_stream_drop(self->sides[1].stream);
}

static const struct rt_stream_ops chain_ops = {
    .poll_next = chain_poll,
    .drop = pair_drop,
    .name = "chain",
};

static const struct rt_stream_ops merge_ops = {
    .poll_next = merge_poll,
    .drop = pair_drop,
    .name = "merge",
};

static const struct rt_stream_ops zip_ops = {
    .poll_next = zip_poll,
    .drop = pair_drop,
    .name = "zip",
};

static struct rt_stream_pair make_pair(const struct rt_stream_ops *ops,
                                       size_t item_size, struct rt_stream *one,
                                       struct rt_stream *other)
{
    return (struct rt_stream_pair){
        .stream = rt_stream_make(ops, item_size, NULL),
        .sides = {{.stream = one}, {.stream = other}},
    };
}

struct rt_stream_pair rt_stream_chain(struct rt_stream *first,
                                      struct rt_stream *second)
{
    check_same_size(first, second);
    return make_pair(&chain_ops, first->item_size, first, second);
}

struct rt_stream_pair rt_stream_merge(struct rt_stream *one,
                                      struct rt_stream *other)
{
    check_same_size(one, other);
    return make_pair(&merge_ops, one->item_size, one, other);
}

struct rt_stream_pair rt_stream_zip(struct rt_stream *left,
                                    struct rt_stream *right)
{
    return make_pair(&zip_ops, sizeof(struct rt_zipped), left, right);
}

/* ---- a set ---- */

static struct rt_stream_entry *entry_of(struct rt_list *node)
{
    return RT_CONTAINER_OF(node, struct rt_stream_entry, node);
}

static int set_poll(struct rt_stream *stream, struct rt_context *cx, void *item)
{
    struct rt_stream_set *set = RT_STREAM_SELF(stream, struct rt_stream_set);
    struct rt_list *node;
    struct rt_list *next;

    for (node = set->entries.next; node != &set->entries; node = next) {
        struct rt_stream_entry *entry = entry_of(node);
        int got = rt_stream_poll(entry->stream, cx, item);

        next = node->next;
        if (got == RT_STREAM_PENDING) {
            continue;
        }
        rt_list_remove(node);
        if (got != RT_STREAM_END) {
            set->key = entry->key;
            rt_list_push_back(&set->entries, node);
            return got;
        }
        rt_stream_drop(entry->stream);
    }
    return rt_list_is_empty(&set->entries) ? RT_STREAM_END : RT_STREAM_PENDING;
}

static void set_drop(struct rt_stream *stream)
{
    struct rt_stream_set *set = RT_STREAM_SELF(stream, struct rt_stream_set);
    struct rt_list *node;

    while ((node = rt_list_pop_front(&set->entries))) {
        rt_stream_drop(entry_of(node)->stream);
    }
}

static const struct rt_stream_ops set_ops = {
    .poll_next = set_poll,
    .drop = set_drop,
    .name = "stream set",
};

void rt_stream_set_init(struct rt_stream_set *set, size_t item_size)
{
    set->stream = rt_stream_make(&set_ops, item_size, NULL);
    rt_list_init(&set->entries);
    set->key = 0;
}

struct rt_stream *rt_stream_set_remove(struct rt_stream_set *set, uint64_t key)
{
    struct rt_list *node = set->entries.next;

    for (; node != &set->entries; node = node->next) {
        if (entry_of(node)->key == key) {
            rt_list_remove(node);
            return entry_of(node)->stream;
        }
    }
    return NULL;
}

void rt_stream_set_insert(struct rt_stream_set *set,
                          struct rt_stream_entry *entry, uint64_t key,
                          struct rt_stream *stream)
{
    struct rt_stream *same = rt_stream_set_remove(set, key);

    check_same_size(&set->stream, stream);
    if (same) {
        rt_stream_drop(same);
    }
    *entry = (struct rt_stream_entry){.stream = stream, .key = key};
    rt_list_push_back(&set->entries, &entry->node);
    set->stream.is_ended = false;
}
