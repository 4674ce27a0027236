"""Where each node of a network is drawn: computed once, shared by the page and by Gephi.

Linked things attract and all things repel each other (ForceAtlas2), until the picture is at rest.
Then it is turned to lie across a screen, discs are pushed apart so that labels find room, and what
hangs together with nothing else is packed in a tray underneath, so that one lonely node cannot
shrink the map. What is hidden at first takes no part: years stand in order in a row of their own,
the rest finds a free place near its neighbours, and showing them moves nothing.

The result depends on the order of the nodes, on their links and sizes and on the seed; never on
their names, on the hash seed or on the clock. Nothing here draws.

References
----------
Jacomy, Venturini, Heymann and Bastian (2014), ForceAtlas2, a continuous graph layout algorithm for
handy network visualization designed for the Gephi software, PLoS ONE 9(6): e98679.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from qgraph.network import Network, Node

    Points = NDArray[np.float64]
    Numbers = NDArray[np.float64]
    Pairs = NDArray[np.int64]

__all__ = ["arrange", "positions"]

ITERATIONS = 400
# Up to this many nodes every pair is computed; beyond, masses are spread on a grid.
EXACT_LIMIT = 600
# A label is wide and low: nodes keep this much more distance sideways than up and down.
SIDEWAYS = 1.7
# The stage between two side panels of a laptop is a little wider than high, and there is a tray.
ASPECT = 1.2
# Groups up to this size are drawn as a star; simulating them adds nothing.
STAR_LIMIT = 5
# Twelve directions, the level ones first; written out because sines differ between machines.
_COMPASS = np.array(
    [
        [1.0, 0.0],
        [-1.0, 0.0],
        *([x * 0.866, y * 0.5] for x in (1, -1) for y in (1, -1)),
        *([x * 0.5, y * 0.866] for x in (1, -1) for y in (1, -1)),
        [0.0, 1.0],
        [0.0, -1.0],
    ]
)


def positions(network: Network, *, seed: int = 1) -> dict[str, tuple[float, float]]:
    """Place every node; x grows to the right and y downwards, as on a screen.

    Parameters
    ----------
    network
        The prepared network; its nodes are placed in their order.
    seed
        Start of the random first placement. The same seed gives the same map.

    Returns
    -------
    dict of str to (float, float)
        For each node id its centre, in the unit of the nodes' sizes, rounded to 0.1.

    Examples
    --------
    >>> from qgraph.network import Network
    >>> positions(Network(nodes=(), edges=()))
    {}
    """
    settled = [node for node in network.nodes if not node.hidden and node.year is None]
    guests = [node for node in network.nodes if node.hidden and node.year is None]
    years = sorted(
        (node for node in network.nodes if node.year is not None),
        key=lambda node: (node.year, node.id),
    )
    index = {node.id: place for place, node in enumerate([*settled, *guests])}
    pairs = np.array(
        [
            (index[edge.source], index[edge.target])
            for edge in network.edges
            if edge.source in index and edge.target in index
        ],
        dtype=np.int64,
    ).reshape(-1, 2)
    inner = pairs[(pairs < len(settled)).all(axis=1)]
    points = arrange(inner, _radii(settled), seed=seed)
    points = _seat_guests(points, _radii([*settled, *guests]), pairs)
    points = np.concatenate([points, _row(points, _radii(years))])
    placed = {
        node.id: (float(x), float(y))
        for node, (x, y) in zip([*settled, *guests, *years], points, strict=True)
    }
    return {node.id: placed[node.id] for node in network.nodes}


def _radii(nodes: list[Node]) -> Numbers:
    return np.array([node.size for node in nodes], dtype=np.float64)


def arrange(pairs: Pairs, radii: Numbers, *, seed: int = 1) -> Points:
    """Place numbered discs so that linked ones are near and none overlap.

    Parameters
    ----------
    pairs
        Links as rows of two disc numbers, in any number and direction; loops are ignored.
    radii
        Radius of each disc; how many there are is how many discs are placed.
    seed
        Start of the random first placement.

    Returns
    -------
    array of shape (discs, 2)
        Centres, rounded to 0.1.

    Notes
    -----
    Up to about 600 discs in a group only additions, multiplications, divisions and square roots
    are used, in a fixed order, so that the same picture comes out on another machine.
    """
    count = len(radii)
    if not count:
        return np.zeros((0, 2))
    links = np.unique(np.sort(pairs[pairs[:, 0] != pairs[:, 1]], axis=1), axis=0).reshape(-1, 2)
    label = _groups(count, links)
    members = [np.flatnonzero(label == group) for group in range(int(label.max()) + 1)]
    members.sort(key=lambda group: (-len(group), int(group[0])))
    local = np.empty(count, dtype=np.int64)
    drawn: list[Points] = []
    starts = np.argsort(label[links[:, 0]], kind="stable")
    by_group = np.split(
        links[starts],
        np.cumsum(np.bincount(label[links[:, 0]], minlength=len(members)))[:-1],
    )
    for group in members:
        local[group] = np.arange(len(group))
        inner = local[by_group[int(label[group[0]])]]
        drawn.append(_draw(inner, radii[group], count, seed))
    placed = np.zeros((count, 2))
    for group, points in zip(members, _pack(drawn, members, radii), strict=True):
        placed[group] = points
    rounded: Points = np.round(placed, 1) + 0.0  # plus zero: no minus zero in the files
    return rounded


def _groups(count: int, links: Pairs) -> NDArray[np.int64]:
    """Number the connected component of each disc."""
    matrix = csr_matrix((np.ones(len(links)), (links[:, 0], links[:, 1])), shape=(count, count))
    _, label = connected_components(matrix, directed=False)
    return np.asarray(label, dtype=np.int64)


def _draw(links: Pairs, radii: Numbers, total: int, seed: int) -> Points:
    """Draw one connected group around the origin."""
    count = len(radii)
    room = _room(total)
    if count <= STAR_LIMIT:
        points = _star(links, count, room)
    else:
        points = _simulate(count, links, seed)
        points = _lie_down(points)
        points *= room * np.sqrt(count) / _spread(points)
    return _fill(_push_apart(points, radii))


def _room(total: int) -> float:
    """Give each node room for a label on a small map; close up on a large one."""
    return float(10.0 + 22.0 / (1.0 + total / 1500.0))


def _star(links: Pairs, count: int, room: float) -> Points:
    """Put the best linked disc in the middle and the others around it, in order."""
    points = np.zeros((count, 2))
    degree = np.bincount(links.ravel(), minlength=count)
    outer = np.delete(np.arange(count), int(np.argmax(degree)))
    around = {1: [(2, 0)], 2: [(-2, 0), (2, 0)], 3: [(-2, -1), (2, -1), (0, 2)]}
    corners = around.get(len(outer), [(-2, -1.2), (2, -1.2), (2, 1.2), (-2, 1.2)])
    for disc, corner in zip(outer, corners, strict=False):
        points[disc] = np.array(corner) * room
    return points


def _simulate(count: int, links: Pairs, seed: int) -> Points:
    """Run ForceAtlas2 with its own adaptive speed, from a random start.

    The linear attraction is divided by the degree of the better linked end ("dissuade hubs" in
    part): otherwise everything that hangs on one hub ends up in a ball around it.
    """
    points: Points = (np.random.default_rng(seed).random((count, 2)) - 0.5) * np.sqrt(count)
    first, second = links[:, 0], links[:, 1]
    degree = np.bincount(links.ravel(), minlength=count).astype(np.float64)
    mass = degree + 1.0
    pull = 1.0 / np.sqrt(np.maximum(degree[first], degree[second]))
    repel = _repel_exactly if count <= EXACT_LIMIT else _GridRepulsion(count).forces
    before = np.zeros_like(points)
    speed = efficiency = 1.0
    for _ in range(ITERATIONS):
        force = repel(points, mass)
        along = (points[second] - points[first]) * pull[:, None]
        for axis in (0, 1):
            force[:, axis] += np.bincount(first, along[:, axis], minlength=count)
            force[:, axis] -= np.bincount(second, along[:, axis], minlength=count)
        centred = points - points.sum(axis=0) / count
        force -= 0.6 * (mass / (_length(centred) + 1e-9))[:, None] * centred
        swinging = _length(force - before)
        traction = float((mass * _length(force + before)).sum()) / 2.0
        swing = float((mass * swinging).sum()) + 1e-12
        jitter = 0.05 * np.sqrt(count)
        tolerance = max(np.sqrt(jitter), min(5.0, jitter * traction / count**2))
        if swing / max(traction, 1e-12) > 2.0:
            efficiency = max(0.05, efficiency * 0.5)
            tolerance = max(tolerance, 1.0)
        target = tolerance * efficiency * traction / swing
        if swing > tolerance * traction:
            efficiency = max(0.05, efficiency * 0.7)
        else:
            efficiency = min(1000.0, efficiency * 1.3)
        speed += min(target - speed, 0.5 * speed)
        points = points + force * (speed / (1.0 + np.sqrt(speed * swinging)))[:, None]
        before = force
    return points


def _length(vectors: Points) -> Numbers:
    squares: Numbers = vectors[:, 0] * vectors[:, 0] + vectors[:, 1] * vectors[:, 1]
    return np.sqrt(squares)


def _repel_exactly(points: Points, mass: Numbers) -> Points:
    """Sum mass * mass / distance over all pairs."""
    dx = points[:, 0] - points[:, 0][:, None]
    dy = points[:, 1] - points[:, 1][:, None]
    weight = mass[:, None] / (dx * dx + dy * dy + 1e-6)
    # Summing down the rows is plain addition in order; a matrix product would be the library's.
    return np.stack([(weight * dx).sum(axis=0) * mass, (weight * dy).sum(axis=0) * mass], axis=1)


class _GridRepulsion:
    """The same force for many discs: masses on a grid, convolved with x / r² by FFT."""

    def __init__(self, count: int) -> None:
        self.side = 128 if count < 20_000 else 256
        step = np.arange(2 * self.side)
        step = np.where(step < self.side, step, step - 2 * self.side).astype(np.float64)
        x, y = np.meshgrid(step, step, indexing="ij")
        square = x * x + y * y
        square[0, 0] = 1.0
        self.kernels = (np.fft.rfft2(x / square), np.fft.rfft2(y / square))

    def forces(self, points: Points, mass: Numbers) -> Points:
        """Return the force on each disc."""
        side, double = self.side, 2 * self.side
        low = points.min(axis=0)
        cell = float((points.max(axis=0) - low).max()) * 1.02 / (side - 2) + 1e-9
        scaled = (points - low) / cell + 0.5
        corner = scaled.astype(np.int64)
        part = scaled - corner
        left, right = 1.0 - part[:, 0], part[:, 0]
        above, below = 1.0 - part[:, 1], part[:, 1]
        shares = np.concatenate([left * above, right * above, left * below, right * below])
        base = corner[:, 0] * double + corner[:, 1]
        cells = np.concatenate([base, base + double, base + 1, base + double + 1])
        grid = np.bincount(cells, shares * np.tile(mass, 4), minlength=double * double)
        spectrum = np.fft.rfft2(grid.reshape(double, double))
        force = np.empty_like(points)
        for axis, kernel in enumerate(self.kernels):
            field = np.fft.irfft2(spectrum * kernel, s=(double, double)).ravel() / cell
            force[:, axis] = (field[cells] * shares).reshape(4, -1).sum(axis=0) * mass
        return force


def _lie_down(points: Points) -> Points:
    """Centre the group and turn its longest direction level."""
    points = points - points.sum(axis=0) / len(points)
    x, y = points[:, 0], points[:, 1]
    xx, yy, xy = float((x * x).sum()), float((y * y).sum()), float((x * y).sum())
    # Half the angle, by square roots only: cosines may differ in the last bit between machines.
    across, tilt = xx - yy, 2.0 * xy
    length = np.sqrt(across * across + tilt * tilt) + 1e-9
    cosine = np.sqrt((1.0 + across / length) / 2.0)
    sine = np.sqrt((1.0 - across / length) / 2.0) * (1.0 if tilt >= 0 else -1.0)
    return np.stack([x * cosine + y * sine, y * cosine - x * sine], axis=1)


def _spread(points: Points) -> float:
    """Measure how far the group reaches, ignoring a few outliers."""
    distance = np.sort(_length(points))
    return float(distance[int(0.9 * (len(distance) - 1))]) + 1e-9


def _fill(points: Points) -> Points:
    """Stretch a group that is too wide or too high for a screen; this never makes an overlap."""
    width, height = np.ptp(points, axis=0) + 1e-9
    if len(points) <= STAR_LIMIT:
        return points
    stretch = min(max(width / height / ASPECT, ASPECT * height / width), 1.6)
    factors = [1.0, stretch] if width > ASPECT * height else [stretch, 1.0]
    filled: Points = points * np.array(factors)
    return filled


def _push_apart(points: Points, radii: Numbers) -> Points:
    """Remove overlaps, with more air at the sides than above and below.

    Sweeps push every overlapping pair apart; what is left after them is settled by enlarging the
    picture, so that up to a thousand discs never overlap. Beyond that a few overlaps are accepted:
    at the zoom that shows such a map they could not be seen.
    """
    count = len(points)
    squeezed = points / np.array([SIDEWAYS, 1.0])
    # Two discs in one place have no direction to go: start them a hair apart.
    squeezed[:, 0] += np.arange(count) * 1e-4
    air = max(1.5, 16.0 / (1.0 + count / 250.0))
    reach = radii + air
    for _ in range(400 if count <= 1000 else 60):
        if not _sweep(squeezed, reach):
            break
    points = squeezed * np.array([SIDEWAYS, 1.0])
    while count <= 1000 and _sweep(points.copy(), radii + 0.2):
        points = points * 1.1
    return points


def _sweep(points: Points, reach: Numbers) -> bool:
    """Move every overlapping pair half apart, in place; say whether there was one."""
    # The largest few discs would make every pair a candidate: look them up one by one.
    usual = float(np.percentile(reach, 95))
    tree = cKDTree(points)
    near = [tree.query_pairs(2.0 * usual, output_type="ndarray")]
    for disc in np.flatnonzero(reach > usual):
        others = np.sort(tree.query_ball_point(points[disc], float(reach[disc] + reach.max())))
        others = others[others != disc]
        near.append(np.stack([np.full(len(others), disc), others], axis=1))
    pairs = np.unique(np.sort(np.concatenate(near).astype(np.int64), axis=1), axis=0)
    away = points[pairs[:, 1]] - points[pairs[:, 0]]
    distance = _length(away) + 1e-9
    overlap = reach[pairs[:, 0]] + reach[pairs[:, 1]] - distance
    touching = overlap > 1e-3
    if not touching.any():
        return False
    pairs, away = pairs[touching], away[touching]
    move = away * (overlap[touching] / distance[touching] * 0.5)[:, None]
    for axis in (0, 1):
        points[:, axis] += np.bincount(pairs[:, 1], move[:, axis], minlength=len(points))
        points[:, axis] -= np.bincount(pairs[:, 0], move[:, axis], minlength=len(points))
    return True


def _pack(drawn: list[Points], members: list[NDArray[np.int64]], radii: Numbers) -> list[Points]:
    """Set the largest group on top and the others in rows under it, in reading order."""
    gap = _room(len(radii))
    boxes = []
    for points, group in zip(drawn, members, strict=True):
        edge = radii[group][:, None] + np.array([gap * 1.8, gap])
        boxes.append(((points - edge).min(axis=0), (points + edge).max(axis=0)))
    low, high = boxes[0]
    area = sum(float((box[1] - box[0]).prod()) for box in boxes[1:])
    width = max(float((high - low)[0]), float(np.sqrt(area * 2.0)))
    packed = [drawn[0] - np.array([(low[0] + high[0]) / 2.0, low[1]])]
    left, top, row = -width / 2.0, float((high - low)[1]) + gap, 0.0
    for points, (low, high) in zip(drawn[1:], boxes[1:], strict=True):
        size = high - low
        if left + float(size[0]) > width / 2.0 and row:
            left, top, row = -width / 2.0, top + row, 0.0
        packed.append(points - low + np.array([left, top]))
        left, row = left + float(size[0]), max(row, float(size[1]))
    return packed


def _seat_guests(points: Points, radii: Numbers, pairs: Pairs) -> Points:
    """Give what is hidden at first the nearest free place to what it is linked with.

    It comes after the map is at rest, so that the map is the same without it.
    """
    seats = np.zeros((len(radii), 2))
    seats[: len(points)] = points
    corner = np.array([points[:, 0].min(), points[:, 1].max() + 60.0]) if len(points) else 0.0
    for guest in range(len(points), len(radii)):
        ends = np.concatenate([pairs[pairs[:, 0] == guest, 1], pairs[pairs[:, 1] == guest, 0]])
        hosts = np.unique(ends[ends < guest])
        wish = seats[hosts].sum(axis=0) / len(hosts) if len(hosts) else corner
        seats[guest] = _free_seat(wish, float(radii[guest]), seats[:guest], radii[:guest])
    return np.round(seats, 1) + 0.0


def _free_seat(wish: Points | float, radius: float, seats: Points, radii: Numbers) -> Points:
    """Try ever wider rings around a place until a disc fits."""
    ring = 0
    while True:
        tries = wish + _COMPASS * (ring * 14.0 * np.array([SIDEWAYS, 1.0]))
        away = tries[:, None, :] - seats[None, :, :]
        distance = np.sqrt(away[:, :, 0] * away[:, :, 0] + away[:, :, 1] * away[:, :, 1])
        free = (distance > radii[None, :] + radius + 6.0).all(axis=1)
        if free.any():
            seat: Points = tries[int(np.argmax(free))]
            return seat
        ring += 1


def _row(points: Points, radii: Numbers) -> Points:
    """Stand the years in a row above the map, from left to right."""
    count = len(radii)
    if not count:
        return np.zeros((0, 2))
    width = 4.0 * float(radii.max()) * count
    top = middle = 0.0
    if len(points):
        width = max(width, float(np.ptp(points[:, 0])))
        top = float(points[:, 1].min())
        middle = float(points[:, 0].min() + points[:, 0].max()) / 2.0
    x = middle + width * ((np.arange(count) + 0.5) / count - 0.5)
    y = np.full(count, top - 4.0 * float(radii.max()) - 60.0)
    return np.round(np.stack([x, y], axis=1), 1) + 0.0
