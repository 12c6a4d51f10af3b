# Thin names for the commands; the work is in .ci/bootstrap.py, tests/run.py and the `pmif` program,
# which run the same without make: `python .ci/bootstrap.py pmif run 2025-26-q4`.

PYTHON ?= python3
PERIOD ?=
RUN = $(PYTHON) .ci/bootstrap.py

.DEFAULT_GOAL := book
.PHONY: book release test check fix demo lab soak lock clean

book:   ## build the report book, a draft while any words are: make book PERIOD=2025-26-q4, or the current period
	@$(RUN) pmif run --draft $(PERIOD)

release: ## build the book that may be published: words that are not approved are refused
	@$(RUN) pmif run $(PERIOD)

test:   ## every check and every test
	@$(RUN) python tests/run.py

check:  ## the checks that read the code without running it
	@$(RUN) python tests/run.py --static

fix:    ## put right what can be put right without thinking: layout, imports
	@$(RUN) python tests/run.py --fix

demo:   ## build the book of the made-up council, watermarked
	@$(RUN) pmif demo

lab:    ## open JupyterLab, to write commentary or look at notebooks
	@$(RUN) pmif lab

soak:   ## the long tests, with full counts
	@$(RUN) python tests/run.py --soak

lock:   ## choose versions anew: requirements.lock and environment.yml
	@$(RUN) --lock

clean:  ## remove what the other commands made, but neither releases nor the environment
	@$(PYTHON) -m tests.run --clean
