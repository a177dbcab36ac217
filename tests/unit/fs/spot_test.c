/* fs/spot.c: putting a node where a path leads. */
#include "support/fs_rig.h"
#include "support/prelude.h"

/* Where a path leads to nothing yet. */
static struct fs_spot free_spot(struct fs_work *work, const struct fs_open *at, const char *path)
{
    struct fs_spot spot;
    assert_int_equal(pool__fs_walk(work, at, fs_text(path), WALK_ENTRY, &spot), 0);
    assert_int_equal(spot.node, 0);
    return spot;
}

static const struct node *node_at(struct fs_work *work, const char *path)
{
    struct fs_spot spot;
    assert_int_equal(pool__fs_walk(work, &fs_rig.root, fs_text(path), WALK_ENTRY, &spot), 0);
    return spot.node ? pool__node(fs_rig.pool, spot.node) : NULL;
}

static void new_node_is_found_by_its_name(void **state)
{
    (void)state;
    uint32_t number = 0;
    fs_mkdir("dir");
    struct fs_work work = fs_enter();
    struct fs_spot spot = free_spot(&work, &fs_rig.root, "dir/file");
    assert_int_equal(pool__fs_put_new(&work, &spot, NODE_FILE, &number), 0);
    const struct node *node = pool__node(fs_rig.pool, number);
    assert_ptr_equal(node_at(&work, "dir/file"), node);
    assert_int_equal(node->kind, NODE_FILE);
    assert_int_equal(node->n_links, 1);
    assert_int_equal(node->size, 0);
    assert_null(node_at(&work, "file"));
    fs_leave(&work);
}

static void new_directory_is_one_of_its_parent(void **state)
{
    (void)state;
    uint32_t number = 0;
    struct fs_work work = fs_enter();
    struct fs_spot spot = free_spot(&work, &fs_rig.root, "dir");
    const struct node *root = pool__node(fs_rig.pool, fs_rig.root.node);
    uint32_t n_links = root->n_links;
    assert_int_equal(pool__fs_put_new(&work, &spot, NODE_DIRECTORY, &number), 0);
    assert_int_equal(pool__node(fs_rig.pool, number)->parent, fs_rig.root.node);
    assert_int_equal(root->n_links, n_links + 1);
    spot = free_spot(&work, &fs_rig.root, "file");
    assert_int_equal(pool__fs_put_new(&work, &spot, NODE_FILE, &number), 0);
    assert_int_equal(root->n_links, n_links + 1); /* a file counts for nothing there */
    fs_leave(&work);
}

static void adopted_directory_has_another_parent_and_a_file_has_none(void **state)
{
    (void)state;
    fs_mkdir("a");
    fs_mkdir("b");
    fs_put("file", "");
    struct fs_work work = fs_enter();
    struct fs_spot a, b, file;
    assert_int_equal(pool__fs_walk(&work, &fs_rig.root, fs_text("a"), WALK_NODE, &a), 0);
    assert_int_equal(pool__fs_walk(&work, &fs_rig.root, fs_text("b"), WALK_NODE, &b), 0);
    assert_int_equal(pool__fs_walk(&work, &fs_rig.root, fs_text("file"), WALK_NODE, &file), 0);
    struct node *parent = pool__node(fs_rig.pool, a.node);
    uint32_t n_links = parent->n_links, file_parent = pool__node(fs_rig.pool, file.node)->parent;
    pool__fs_adopt(&work, a.node, file.node);
    assert_int_equal(parent->n_links, n_links);
    assert_int_equal(pool__node(fs_rig.pool, file.node)->parent, file_parent);
    pool__fs_adopt(&work, a.node, b.node);
    assert_int_equal(parent->n_links, n_links + 1);
    assert_int_equal(pool__node(fs_rig.pool, b.node)->parent, a.node);
    parent->n_links = n_links; /* as it was */
    pool__node(fs_rig.pool, b.node)->parent = fs_rig.root.node;
    fs_leave(&work);
}

static void new_node_in_a_full_volume_is_enospc_and_leaves_no_name(void **state)
{
    (void)state;
    uint32_t number = 4711;
    fs_renew(0, 2); /* the root, and one more */
    fs_put("one", "");
    struct fs_work work = fs_enter();
    struct fs_spot spot = free_spot(&work, &fs_rig.root, "two");
    assert_int_equal(pool__fs_put_new(&work, &spot, NODE_FILE, &number), POOL_ENOSPC);
    assert_int_equal(number, 4711);
    assert_null(node_at(&work, "two"));
    assert_int_equal(pool__node(fs_rig.pool, fs_rig.root.node)->size, 1);
    fs_leave(&work);
}

static void new_node_in_a_removed_directory_is_enoent(void **state)
{
    (void)state;
    uint32_t number;
    fs_mkdir("dir");
    struct fs_open directory = fs_must_open("dir", FS_DIRECTORY);
    assert_int_equal(fs_rmdir("dir"), 0);
    struct fs_work work = fs_enter();
    struct fs_spot spot = free_spot(&work, &directory, "file");
    assert_int_equal(pool__fs_put_new(&work, &spot, NODE_FILE, &number), POOL_ENOENT);
    fs_leave(&work);
    fs_close(&directory);
}

/* An attempt that lacks a block has changed nothing that shows, and is made again. */
static void new_node_without_memory_is_made_at_the_next_attempt(void **state)
{
    (void)state;
    uint32_t number = 0, taken[1024], n = 0;
    while ((taken[n] = pool__blocks_take(&fs_rig.pool->blocks, USE_CONTENT, 0))) assert_true(++n < COUNT_OF(taken));
    struct fs_work work = fs_enter();
    struct fs_spot spot = free_spot(&work, &fs_rig.root, "file");
    assert_int_equal(pool__fs_put_new(&work, &spot, NODE_FILE, &number), FS_MISSING);
    assert_null(node_at(&work, "file"));
    uint64_t n_nodes = work.volume->n_nodes;
    while (n > 0) pool__blocks_give(&fs_rig.pool->blocks, taken[--n]);
    assert_int_equal(pool__fs_put_new(&work, &spot, NODE_FILE, &number), 0);
    assert_int_equal(work.volume->n_nodes, n_nodes + 1);
    assert_non_null(node_at(&work, "file"));
    fs_leave(&work);
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, fs_rig_setup, fs_rig_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(new_node_is_found_by_its_name),
        CASE(new_directory_is_one_of_its_parent),
        CASE(adopted_directory_has_another_parent_and_a_file_has_none),
        CASE(new_node_in_a_full_volume_is_enospc_and_leaves_no_name),
        CASE(new_node_in_a_removed_directory_is_enoent),
        CASE(new_node_without_memory_is_made_at_the_next_attempt),
    };
    return cmocka_run_group_tests_name("spot", tests, NULL, NULL);
}
