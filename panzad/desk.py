"""The writing desk: engine, embedder, index and the serving adapter, loaded when first needed."""

from __future__ import annotations

import structlog

from panzad.config import Config, Paths
from panzad.drafting.task import DraftTask, loaded
from panzad.drafting.write import Written, write
from panzad.engines.catalogue import ModelFiles, resolve
from panzad.engines.create import create_engine
from panzad.engines.protocol import Engine
from panzad.errors import ModelDamaged, PanzadError
from panzad.learning.privacy import enforce
from panzad.recall.embedder import Embedder
from panzad.recall.index import Index
from panzad.recall.retriever import Retriever
from panzad.store import adapters, marks, problems
from panzad.store.adapters import Adapter
from panzad.store.database import Database
from panzad.store.marks import Mark

log = structlog.get_logger("panzad.desk")


class Desk:
    """What the model worker and the commands write with. Nothing is loaded before it is used."""

    def __init__(self, db: Database, paths: Paths, config: Config) -> None:
        self._db = db
        self._paths = paths
        self._config = config
        self._adapter: str | None = None
        self._files: ModelFiles | None = None
        self._engine: Engine | None = None
        self._embedder: Embedder | None = None
        self._index: Index | None = None

    @property
    def files(self) -> ModelFiles:
        """The base model's files. Raises ModelMissing or ModelDamaged."""
        if self._files is None:
            self._files = resolve(self._config.model.base, self._paths.models)
        return self._files

    @property
    def model_name(self) -> str:
        """The base model, as rows name it."""
        return self._config.model.base

    @property
    def engine(self) -> Engine:
        """The engine, without an adapter until `serve` is called."""
        if self._engine is None:
            self._engine = create_engine(self._config.model, self.files)
            log.info("engine.loaded", engine=self._engine.name, model=self.model_name)
        return self._engine

    @property
    def embedder(self) -> Embedder:
        """The embedder."""
        if self._embedder is None:
            self._embedder = Embedder()
        return self._embedder

    @property
    def index(self) -> Index:
        """The index, as it was after its last `refresh`."""
        if self._index is None:
            self._index = Index(self._db, self._paths.index)
        return self._index

    def retriever(self) -> Retriever:
        """The past mails that are on record now."""
        self.index.refresh()
        wanted = self._config.retrieval
        return Retriever(
            self._db, self.index, self.embedder, wanted.share, lend_style=wanted.lend_style
        )

    def serve(self) -> str | None:
        """Bring the engine in step with the adapter on record; returns the adapter's id.

        A damaged adapter, or one of another base model, is reported and the base model writes
        instead.
        """
        adapter = adapters.serving(self._db)
        if adapter is None or adapter.id != self._adapter:
            error = self._use(adapter)
            if error is None:
                problems.clear(self._db, "adapter")
            else:
                with self._db.transaction() as tx:
                    problems.report(tx, "adapter", error)
                log.error("adapter.not_served", error=str(error))
        return self._adapter

    def _use(self, adapter: Adapter | None) -> PanzadError | None:
        """Load the adapter; why the base model writes instead, when it cannot be."""
        self._adapter = None
        if adapter is None:
            self.engine.use_adapter(None)
            return None
        if adapter.base != self.files.fingerprint:
            self.engine.use_adapter(None)
            return PanzadError(
                f"adapter {adapter.id} was trained for another base model",
                "the base model writes until the next training, or set model.base back",
            )
        try:
            self.engine.use_adapter(self._paths.adapters / adapter.id)
        except ModelDamaged as error:
            self.engine.use_adapter(None)
            return error
        self._adapter = adapter.id
        return None

    def write(self, task: DraftTask, account: str, *, adapter: bool = True) -> Written:
        """The text of a draft, by the adapter that serves now or by the base model."""
        served = self.serve() is not None
        enforce(self._db, self._config.privacy)
        settings = self._config.accounts[account]
        return write(
            task,
            self.engine,
            self.retriever(),
            account=account,
            examples=self._config.retrieval.examples,
            signature=settings.signature,
            addresses=settings.identities,
            grounding=self._config.drafts.grounding,
            adapter=adapter and served,
            candidates=self._config.writing.candidates,
        )

    def write_mark(self, mark: Mark) -> bool:
        """Write the draft of a gathered mark; False when it was cancelled meanwhile."""
        assert mark.task is not None
        result = self.write(loaded(mark.task), mark.account)
        log.info(
            "draft.written",
            mark=mark.id,
            tokens=result.tokens,
            seconds=round(result.seconds, 2),
            examples=result.examples,
            candidates=result.candidates,
            gaps=len(result.gaps),
            adapter=self._adapter,
        )
        with self._db.transaction() as tx:
            return marks.written(tx, mark.id, result.text, self._adapter)

    def close(self) -> None:
        """Free the engine's memory if it was loaded."""
        if self._engine is not None:
            self._engine.close()
            self._engine = None
            self._adapter = None
