using System.Text;
using Microsoft.Extensions.Time.Testing;
using Packetboat.Protocol.Dkim;
using Packetboat.Protocol.Message;
using Packetboat.Relay.Signing;
using Packetboat.Relay.Telemetry;
using Packetboat.Testing;

namespace Packetboat.Relay.Tests.Signing;

public sealed class DkimKeyFolderTests : IDisposable
{
    private readonly TemporaryFolder _data = new();
    private readonly FakeTimeProvider _time = new(TestMail.Noon);
    private readonly DkimKeyFolder _folder;
    private readonly DomainSigningKeys _signing;

    public DkimKeyFolderTests()
    {
        _folder = new DkimKeyFolder(_data.Path, _time);
        _signing = new DomainSigningKeys(_folder, new MailLog(new ListLogger<MailLog>()), _time);
    }

    public void Dispose() => _data.Dispose();

    [Fact]
    public void A_key_is_kept_for_its_owner_alone_and_read_as_it_was()
    {
        StoredDkimKey made = Add("d.example", "s1");

        StoredDkimKey read = Assert.Single(_folder.Read(out IReadOnlyList<string> faults));

        Assert.Empty(faults);
        Assert.Equal(
            ("d.example", "s1", DkimKeyState.New, _time.GetUtcNow()),
            (read.Domain, read.Selector, read.State, read.Since)
        );
        Assert.Equal(made.Key.Record, read.Key.Record);
        Assert.Throws<IOException>(() => Add("d.example", "s1"));
        if (OperatingSystem.IsWindows())
            return;
        Assert.Equal(
            UnixFileMode.UserRead | UnixFileMode.UserWrite,
            File.GetUnixFileMode(Directory.GetFiles(_folder.Directory)[0])
        );
        Assert.Equal(
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute,
            File.GetUnixFileMode(_folder.Directory)
        );
    }

    [Fact]
    public void Only_a_used_key_signs_and_a_new_one_takes_the_place_of_that_before_it()
    {
        StoredDkimKey first = Add("d.example", "s1");
        Assert.Empty(Signing("a@d.example"));

        _folder.Use(first);
        Assert.Equal(["s1"], Signing("a@d.example"));

        StoredDkimKey second = Add("d.example", "s2");
        Assert.Equal(["s1"], Signing("a@d.example"));
        _folder.Use(second);
        Assert.Equal(["s2"], Signing("a@d.example"));
        Assert.Equal([DkimKeyState.Retiring, DkimKeyState.Used], _folder.Read(out _).Select(key => key.State));
    }

    [Fact]
    public void A_key_of_another_algorithm_signs_beside_the_first()
    {
        _folder.Use(Add("d.example", "s1"));
        using var rsa = DkimPrivateKey.CreateRsa();
        _folder.Use(_folder.Add("d.example", "s2", rsa));

        Assert.Equal(["s1", "s2"], Signing("a@d.example"));
    }

    [Fact]
    public void A_key_leaves_in_two_steps_with_days_between()
    {
        _folder.Use(Add("d.example", "s1"));
        Assert.Null(_folder.Retire(Only(), now: false));
        Assert.Equal(DkimKeyState.Retiring, Only().State);
        Assert.Empty(Signing("a@d.example"));

        Assert.NotNull(_folder.Retire(Only(), now: false));
        _time.Advance(DkimKeyFolder.Overlap);
        Assert.Null(_folder.Retire(Only(), now: false));
        Assert.Empty(_folder.Read(out _));
    }

    [Theory]
    [InlineData("a@d.example", "d")]
    [InlineData("a@x.y.d.example", "d")]
    [InlineData("a@b.d.example", "b")]
    [InlineData("a@x.b.d.example", "b")]
    [InlineData("a@other.example", "")]
    [InlineData("a@evild.example", "")]
    [InlineData("a@d.example, c@b.d.example", "d b")]
    public void The_nearest_domain_with_a_key_signs(string from, string selectors)
    {
        _folder.Use(Add("d.example", "d"));
        _folder.Use(Add("b.d.example", "b"));

        Assert.Equal(selectors, string.Join(' ', Signing(from)));
    }

    [Fact]
    public void What_is_no_key_is_named_and_hinders_nothing()
    {
        _folder.Use(Add("d.example", "s1"));
        File.WriteAllText(Path.Combine(_folder.Directory, "other.pem"), "x");
        File.WriteAllText(Path.Combine(_folder.Directory, "s._domainkey.e.example.pem"), "Used now\nnonsense");

        Assert.Single(_folder.Read(out IReadOnlyList<string> faults));
        Assert.Equal(2, faults.Count);
        Assert.Equal(["s1"], Signing("a@d.example"));
    }

    private StoredDkimKey Only() => Assert.Single(_folder.Read(out _));

    private StoredDkimKey Add(string domain, string selector)
    {
        using var key = DkimPrivateKey.CreateEd25519();
        _folder.Add(domain, selector, key);
        return _folder.Read(out _).Single(stored => stored.Domain == domain && stored.Selector == selector);
    }

    private IEnumerable<string> Signing(string from)
    {
        _time.Advance(TimeSpan.FromSeconds(6));
        var header = new HeaderBlock();
        header.Append(Encoding.ASCII.GetBytes($"From: {from}\r\n\r\n"));
        return _signing.For(header).Select(key => key.Selector);
    }
}
