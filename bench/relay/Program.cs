using System.CommandLine;
using System.Net;

namespace Packetboat.Bench.Relay;

/// <summary>The relay benchmark: load, sink, and the servers between them.</summary>
internal static class Program
{
    private static Task<int> Main(string[] arguments)
    {
        var root = new RootCommand("Measures mail servers as relays: load in, sink out, on this machine.")
        {
            RunCommand.Create(),
            FloorCommand.Create(),
            CompareCommand.Create(),
            MillionCommand.Create(),
            PoisonedCommand.Create(),
            SteadyCommand.Create(),
            RestCommand.Create(),
            SiegeCommand.Create(),
            ChecksCommand.Create(),
            NamesCommand.Create(),
        };
        return root.Parse(arguments).InvokeAsync();
    }

    /// <summary>The options that say what is sent; each command that sends has them.</summary>
    internal sealed class LoadArguments
    {
        private readonly Option<int> _connections = new("--connections")
        {
            DefaultValueFactory = _ => 50,
            Description = "Conversations at once.",
        };
        private readonly Option<int> _messages = new("--messages") { DefaultValueFactory = _ => 10_000, Description = "In all." };
        private readonly Option<int> _each = new("--messages-per-connection")
        {
            Description = "Then a new connection; 0: never.",
        };
        private readonly Option<int> _recipients = new("--recipients")
        {
            DefaultValueFactory = _ => 1,
            Description = "Of each message.",
        };
        private readonly Option<int> _size = new("--size")
        {
            DefaultValueFactory = _ => 4096,
            Description = "Octets of a message.",
        };
        private readonly Option<bool> _pipelining = new("--pipelining") { Description = "MAIL, RCPT and DATA in one write." };
        private readonly Option<bool> _starttls = new("--starttls") { Description = "Over TLS; the certificate is not checked." };
        private readonly Option<string?> _auth = new("--auth") { Description = "NAME:PASSWORD for AUTH PLAIN." };
        private readonly Option<double> _rate = new("--rate") { Description = "Messages a second in all; 0: as many as go." };
        private readonly Option<string> _domain = new("--domain")
        {
            DefaultValueFactory = _ => "sink.test",
            Description = "Of the recipients.",
        };

        public void AddTo(Command command)
        {
            foreach (
                Option option in (Option[])
                    [_connections, _messages, _each, _recipients, _size, _pipelining, _starttls, _auth, _rate, _domain]
            )
                command.Options.Add(option);
        }

        public LoadOptions Read(ParseResult given, IPEndPoint server) =>
            new()
            {
                Server = server,
                Connections = given.GetValue(_connections),
                Messages = given.GetValue(_messages),
                MessagesPerConnection = given.GetValue(_each),
                Recipients = given.GetValue(_recipients),
                Size = given.GetValue(_size),
                Pipelining = given.GetValue(_pipelining),
                StartTls = given.GetValue(_starttls),
                Credentials = given.GetValue(_auth)?.Split(':', 2) is [var name, var password] ? (name, password) : null,
                Rate = given.GetValue(_rate),
                RecipientDomain = given.GetValue(_domain)!,
            };
    }
}
