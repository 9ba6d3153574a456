import WardCLI

@main
enum Ward {
    static func main() {
        WardMain.run()
    }
}
