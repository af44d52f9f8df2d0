from auth.worlds import _world, store, world

__all__ = ["_world", "store", "world"]
