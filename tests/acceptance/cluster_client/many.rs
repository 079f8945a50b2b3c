//! Many clients of one cluster cost one list.

use super::*;
use crate::support::look::count;

for_each_cli! {
    fn refreshes_with_one_list(cli: &Cli) on main {
        let world = world(cli);
        let all: String = (0..20).map(|n| block(&format!("c{n}"), &format!("client-{n}"), "")).collect();
        world.write(&all);
        world.workspace.apply(&["-parallelism=20"]).expect_success();
        assert_eq!(clients(&world).len(), 20);
        let (lists, reads) = (count(&world, "GetClients"), count(&world, "GetClient"));
        assert_eq!(reads, 20, "each address once");
        world.workspace.plan(&["-parallelism=20"]).expect_success();
        assert_eq!(count(&world, "GetClients"), lists + 1);
        assert_eq!(count(&world, "GetClient"), reads);
        world.workspace.destroy(&[]).expect_success();
        assert_eq!(clients(&world), []);
        world.finish();
    }
}
