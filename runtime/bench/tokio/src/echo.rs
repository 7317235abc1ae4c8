//! A TCP echo server: the twin of ../echo.c.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

async fn echo(mut stream: TcpStream) {
    let mut buffer = [0; 1024];

    while let Ok(count) = stream.read(&mut buffer).await {
        if count == 0 || stream.write_all(&buffer[..count]).await.is_err() {
            return;
        }
    }
}

async fn accept(listener: TcpListener) {
    loop {
        let (stream, _) = listener.accept().await.expect("a client");
        tokio::spawn(echo(stream));
    }
}

/// Prints its port; serves until it is killed.
pub async fn serve() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");

    println!("{}", listener.local_addr().unwrap().port());
    tokio::spawn(accept(listener)).await.unwrap();
}
