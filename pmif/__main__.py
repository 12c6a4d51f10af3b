from pmif.cli import main

main()
