/* fs/node.c: nodes, and how many there may be. */
#include "support/fs_rig.h"
#include "support/prelude.h"
#include "support/test_pool.h"

static void nodes_are_limited(void **state)
{
    (void)state;
    fs_renew(0, 3); /* one is the root */
    fs_put("a", "");
    fs_mkdir("b");
    assert_int_equal(fs_try_open("c", FS_CREATE), POOL_ENOSPC);
    assert_int_equal(pool__fs_symlink(&fs_rig.sleeper, fs_text("x"), &fs_rig.root, fs_text("c")), POOL_ENOSPC);
    assert_int_equal(fs_unlink("a"), 0);
    assert_int_equal(fs_try_open("c", FS_CREATE), 0);
    assert_int_equal(fs_try_open("d", FS_CREATE), POOL_ENOSPC);
}

static struct node *node_of(uint32_t number)
{
    return pool__node(fs_rig.pool, number);
}

static uint32_t make(struct fs_work *work, enum node_kind kind, uint32_t parent)
{
    assert_int_equal(pool__node_may_make(work), 0);
    return pool__node_make(work, kind, parent);
}

static void new_node_is_empty_and_like_no_other(void **state)
{
    (void)state;
    struct fs_work work = fs_enter();
    uint32_t file = make(&work, NODE_FILE, work.volume->root), root = make(&work, NODE_DIRECTORY, 0);
    assert_int_equal(work.spares[SPARE_NODE], 0);
    assert_int_not_equal(node_of(file)->inode, node_of(root)->inode);
    assert_int_equal(node_of(root)->parent, root); /* a root is in itself */
    struct fs_stat stat = pool__node_stat(work.volume, node_of(file));
    assert_int_equal(stat.kind, NODE_FILE);
    assert_int_equal(stat.n_links, 1);
    assert_int_equal(stat.size, 0);
    assert_int_equal(stat.device, work.volume->slot + 1);
    assert_int_equal(stat.accessed_ns, work.now_ns);
    assert_int_equal(stat.modified_ns, work.now_ns);
    assert_int_equal(stat.changed_ns, work.now_ns);
    node_of(file)->n_links = node_of(root)->n_links = 0;
    pool__node_settle(&work, file);
    pool__node_settle(&work, root);
    fs_leave(&work);
}

static void inodes_are_never_used_again(void **state)
{
    (void)state;
    struct fs_work work = fs_enter();
    for (uint64_t i = 0, last = 0; i < 100; i++) {
        uint32_t number = make(&work, NODE_FILE, work.volume->root);
        assert_true(node_of(number)->inode > last);
        last = node_of(number)->inode;
        node_of(number)->n_links = 0;
        pool__node_settle(&work, number);
    }
    fs_leave(&work);
}

static void node_is_freed_with_its_last_name_and_descriptor(void **state)
{
    (void)state;
    struct fs_work work = fs_enter();
    uint64_t n_nodes = work.volume->n_nodes, bytes = work.volume->bytes;
    uint32_t number = make(&work, NODE_FILE, work.volume->root);
    struct node *node = node_of(number);
    assert_int_equal(pool__content_fill(&work, node, 0, 100), 0);
    node->n_opens = 1;
    pool__node_settle(&work, number);
    node->n_links = 0;
    pool__node_settle(&work, number); /* somebody has it open */
    node->n_opens = 0;
    node->is_doomed = 1;
    pool__node_settle(&work, number); /* sweeping takes it apart */
    assert_int_equal(node->kind, NODE_FILE);
    assert_int_equal(work.volume->n_nodes, n_nodes + 1);
    node->is_doomed = 0;
    pool__node_settle(&work, number);
    assert_int_equal(work.volume->n_nodes, n_nodes);
    assert_int_equal(work.volume->bytes, bytes); /* its content went with it */
    fs_leave(&work);
}

static void directory_has_no_size(void **state)
{
    (void)state;
    fs_put("a", "");
    fs_put("b", "");
    struct fs_work work = fs_enter();
    assert_int_equal(node_of(work.volume->root)->size, 2);
    assert_int_equal(pool__node_stat(work.volume, node_of(work.volume->root)).size, 0);
    fs_leave(&work);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, fs_rig_setup, fs_rig_teardown)
        TEST(nodes_are_limited),           TEST(new_node_is_empty_and_like_no_other),
        TEST(inodes_are_never_used_again), TEST(node_is_freed_with_its_last_name_and_descriptor),
        TEST(directory_has_no_size),
    };
    return cmocka_run_group_tests_name("node", tests, NULL, NULL);
}
